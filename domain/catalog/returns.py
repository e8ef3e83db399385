"""Which goods cannot be returned without a reason: shoppers are told before they buy, and that holds afterwards."""

from models.catalog import Product, ReturnExclusion


def exclusion(product: Product) -> ReturnExclusion | None:
    """Why a product cannot be returned without a reason; None where it can."""
    if product.is_service:
        return ReturnExclusion.SERVICE
    if product.cold_chain:
        return ReturnExclusion.FRESH
    return None if product.is_returnable else ReturnExclusion.MARKED

"""What shipping costs by weight and region."""

from tortoise import fields
from tortoise.migrations.constraints import CheckConstraint

from models.base import Row


class ShippingRate(Row):
    """The tariff for one province, the row with province `*` serves all others. Without it: no delivery there."""

    province = fields.CharField(max_length=40, unique=True)
    first_grams = fields.IntField(default=1000, description="weight that the first fee covers")
    first_fee = fields.BigIntField(description="minor units")
    step_grams = fields.IntField(default=1000)
    step_fee = fields.BigIntField(description="minor units for each further step or part of it")
    free_from = fields.BigIntField(
        null=True, description="goods after discounts, minor units, from which shipping is free"
    )
    delivers = fields.BooleanField(default=True, description="false refuses the province")

    class Meta:
        table = "shipping_rate"
        constraints = (CheckConstraint(check="step_grams > 0", name="shipping_step_positive"),)

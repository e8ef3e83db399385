from tests.api import Api
from tests.factories.catalog import make_product

NONSENSE = ("\\u0000", "\\ud800", "%", "'", "x" * 5000, "\\u202e")


async def test_nonsense_finds_nothing_and_breaks_nothing(api: Api) -> None:
    await make_product(slug="pear")
    for text in NONSENSE:
        for document in (
            f'{{ product(slug: "{text}") {{ id }} }}',
            f'{{ brand(slug: "{text}") {{ id }} }}',
            f'{{ category(slug: "{text}") {{ id }} }}',
            f'{{ products(filter: {{tags: ["{text}"]}}) {{ nodes {{ id }} }} }}',
            f'{{ products(filter: {{brandSlugs: ["{text}"], categorySlugs: ["{text}"]}}) {{ nodes {{ id }} }} }}',
            f'{{ products(query: "{text}") {{ nodes {{ id }} }} }}',
            f'{{ searchSuggestions(query: "{text}") {{ text }} }}',
            f'{{ catalogImport(id: "{text}") {{ id }} }}',
        ):
            result = await api.raw(document)
            codes = [error.code for error in result.errors or ()]
            assert "INTERNAL" not in codes, document
            if not codes:
                assert result.data is not None
                assert not any(value and value != {"nodes": []} for value in result.data.values()), document

"""What is asked in GraphQL: the pages of a shop and the steps of a purchase."""

MONEY = "{ amount minorUnits currency }"

PRODUCT_LIST = f"""
query ProductList($first: Int!) {{
  products(first: $first, sort: NEWEST) {{
    nodes {{
      id slug title
      category {{ id name }}
      featuredImage {{ url alt }}
      variants {{ id sku title price {MONEY} }}
    }}
    pageInfo {{ hasNextPage endCursor }}
  }}
}}
"""

PRODUCT = f"""
query Product($slug: String!) {{
  product(slug: $slug) {{
    id slug title descriptionHtml rating tags
    category {{ id name ancestors {{ id name }} }}
    brand {{ id name }}
    options {{ name values }}
    images {{ url alt }}
    food {{ origin netContent shelfLifeDays dietTags }}
    variants {{
      id sku title weightGrams availability availableQuantity
      price {MONEY} listPrice {MONEY}
      choices {{ name value }}
    }}
  }}
}}
"""

SEARCH = f"""
query Search($query: String!, $first: Int!) {{
  products(query: $query, first: $first) {{
    nodes {{ id slug title priceRange {{ min {MONEY} max {MONEY} }} featuredImage {{ url alt }} isInStock }}
    totalCount
    facets {{
      categories {{ category {{ id name }} count }}
      brands {{ brand {{ id name }} count }}
      prices {{ min {MONEY} below {MONEY} count }}
      inStock
    }}
  }}
}}
"""

ORDER_HISTORY = f"""
query OrderHistory($first: Int!) {{
  orders(first: $first) {{
    nodes {{
      id number state buyerStatus placedAt total {MONEY}
      lines {{ id title choices imageUrl quantity unitPrice {MONEY} total {MONEY} }}
    }}
    pageInfo {{ hasNextPage endCursor }}
  }}
}}
"""

CART_ADD = f"""
mutation CartAdd($input: CartLineAddInput!) {{
  cartLineAdd(input: $input) {{
    cart {{ id totalQuantity lines {{ id quantity unitPrice {MONEY} total {MONEY} }} subtotal {MONEY} }}
    userErrors {{ code message }}
  }}
}}
"""

PREVIEW = f"""
mutation Preview($input: CheckoutPreviewInput!) {{
  checkoutPreview(input: $input) {{
    checkout {{
      lines {{ quantity unitPrice {MONEY} total {MONEY} }}
      subtotal {MONEY} shipping {MONEY} total {MONEY} weightGrams
    }}
    userErrors {{ code message }}
  }}
}}
"""

PLACE = f"""
mutation Place($input: OrderPlaceInput!) {{
  orderPlace(input: $input) {{
    order {{ id number state total {MONEY} lines {{ id title quantity total {MONEY} }} }}
    userErrors {{ code message }}
  }}
}}
"""

PAY = f"""
mutation Pay($input: PaymentCreateInput!) {{
  paymentCreate(input: $input) {{
    payment {{ id number state payUrl amount {MONEY} }}
    userErrors {{ code message }}
  }}
}}
"""

ORDER = f"""
query Order($id: ID!) {{
  order(id: $id) {{ id number state buyerStatus captured {MONEY} }}
}}
"""

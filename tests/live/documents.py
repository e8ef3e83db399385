"""What users of the market send: one document for each step of the main job."""

SEARCH = """
query ($text: String!) {
  products(query: $text, first: 5) {
    totalCount
    edges { node { id slug title priceRange { min { minorUnits currency } } } }
  }
  searchSuggestions(query: $text) { text }
}"""

PRODUCT = """
query ($slug: String!) {
  product(slug: $slug) {
    id title descriptionHtml category { name } images { url alt }
    variants { id sku price { minorUnits } availability }
  }
}"""

CODE_REQUEST = """
mutation ($input: SignInCodeRequestInput!) {
  signInCodeRequest(input: $input) { expiresAt userErrors { code message path } }
}"""
INBOX = "query ($recipient: String!) { demoInbox(recipient: $recipient, first: 1) { body template } }"
CODE_SIGN_IN = """
mutation ($input: CodeSignInInput!) {
  codeSignIn(input: $input) {
    isNew user { id phone } credentials { accessToken refreshToken session { id } }
    userErrors { code message path }
  }
}"""
SESSION_REVOKE = """
mutation ($input: SessionRevokeInput!) {
  sessionRevoke(input: $input) { session { revokedAt } userErrors { code message path } }
}"""

CART = "query { cart { id version subtotal { minorUnits } lines { id quantity variant { id } } } }"
CART_ADD = """
mutation ($input: CartLineAddInput!) {
  cartLineAdd(input: $input) {
    cart { token totalQuantity lines { id quantity variant { id } } }
    userErrors { code message path }
  }
}"""

PREVIEW = """
mutation ($input: CheckoutPreviewInput!) {
  checkoutPreview(input: $input) {
    checkout { subtotal { minorUnits } shipping { minorUnits } total { minorUnits } lines { quantity } }
    userErrors { code message path }
  }
}"""
PLACE = """
mutation ($input: OrderPlaceInput!) {
  orderPlace(input: $input) {
    orderToken
    order { id number state buyerStatus payBy total { minorUnits } lines { id quantity } }
    userErrors { code message path retryable }
  }
}"""
ORDER = """
query ($id: ID!) {
  order(id: $id) {
    id number state buyerStatus
    total { minorUnits } captured { minorUnits } refunded { minorUnits }
    lines { id quantity shipped delivered refunded }
    actions { action allowed reasonCode }
    timeline(first: 100) { nodes { sequence kind } }
    refunds { id state amount { minorUnits } }
  }
}"""
MY_ORDERS = """
query ($after: String) {
  orders(first: 100, after: $after) { nodes { id number state } pageInfo { hasNextPage endCursor } totalCount }
}"""
CONFIRM = """
mutation ($input: OrderReceiptConfirmInput!) {
  orderReceiptConfirm(input: $input) { order { state buyerStatus } userErrors { code message path } }
}"""
CANCEL = """
mutation ($input: OrderCancelInput!) {
  orderCancel(input: $input) { order { state } userErrors { code message path } }
}"""

PAY = """
mutation ($input: PaymentCreateInput!) {
  paymentCreate(input: $input) { payment { id state payUrl } userErrors { code message path retryable } }
}"""
SIMULATE = """
mutation ($input: DemoPaymentSimulateInput!) {
  demoPaymentSimulate(input: $input) { payment { id state } userErrors { code message path } }
}"""
SHIP = """
mutation ($input: ParcelShipInput!) {
  parcelShip(input: $input) { parcels { id waybill state } userErrors { code message path } }
}"""
REFUND_PREVIEW = """
mutation ($input: RefundPreviewInput!) {
  refundPreview(input: $input) { amount { minorUnits } userErrors { code message path } }
}"""
REFUND = """
mutation ($input: RefundCreateInput!) {
  refundCreate(input: $input) { refund { id state amount { minorUnits } } userErrors { code message path } }
}"""
TRIAL_BALANCE = "query { trialBalance { account currency balance { minorUnits } } }"

ACCESS_REQUEST = """
mutation ($input: OrderAccessRequestInput!) {
  orderAccessRequest(input: $input) { expiresAt userErrors { code message path } }
}"""
ACCESS_GRANT = """
mutation ($input: OrderAccessGrantInput!) {
  orderAccessGrant(input: $input) {
    order { id number state }
    credentials { accessToken refreshToken }
    userErrors { code message path }
  }
}"""

ADVANCE = """
mutation ($input: DemoClockAdvanceInput!) {
  demoClockAdvance(input: $input) { now userErrors { code message path } }
}"""

WATCH_ORDER = """
subscription ($orderId: ID!, $after: String) {
  orderEvents(orderId: $orderId, after: $after) {
    cursor event { sequence kind state message } order { id state buyerStatus refunded { minorUnits } }
  }
}"""
WATCH_MINE = """
subscription ($after: String) {
  myOrderEvents(after: $after) { cursor event { sequence kind } order { id number state } }
}"""

SHANGHAI = {
    "recipient": "林晓雨",
    "phone": "13800138001",
    "province": "上海市",
    "city": "上海市",
    "district": "徐汇区",
    "street": "柳絮弄 18 号 3 幢 502 室",
}

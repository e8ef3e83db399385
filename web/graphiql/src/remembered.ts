// Knows which values of an answer later steps need, and puts them where a variable says "{{name}}".
import { setCartToken, setOrderToken, speaksAsGuest } from './identities'
import { operationsBringing, steps } from './steps'
import { createStore, notes, Told } from './store'

/**
 * Name → where it stands in an answer's `data`. `*` is any field of that level, a number an entry of a list.
 * The first path that leads to a text or number wins; the value stays until another answer brings a new one.
 */
const REMEMBER: Record<string, readonly string[]> = {
  productId: ['product.id', 'products.edges.0.node.id'],
  productSlug: ['product.slug', 'products.edges.0.node.slug'],
  variantId: ['product.variants.0.id', 'products.edges.0.node.variants.0.id'],
  cartToken: ['cart.token', '*.cart.token'],
  cartLineId: ['cart.lines.0.id', '*.cart.lines.0.id'],
  addressId: ['me.addresses.0.id', '*.address.id'],
  orderId: ['orderPlace.order.id'],
  orderToken: ['orderPlace.orderToken', 'orderAccessGrant.credentials.accessToken'],
  orderNumber: ['orderPlace.order.number'],
  orderToShip: ['orders.nodes.0.id'],
  orderLineId: ['orderPlace.order.lines.0.id', 'order.lines.0.id'],
  paymentId: ['paymentCreate.payment.id', 'orderChangePay.payment.id', 'courierTip.payment.id'],
  payUrl: ['paymentCreate.payment.payUrl', 'orderChangePay.payment.payUrl', 'courierTip.payment.payUrl'],
  parcelId: ['parcelShip.parcel.id', 'order.parcels.0.id'],
  pickupPointId: ['pickupPoints.nodes.0.id'],
  pickupCode: ['order.delivery.code'],
  slotId: ['deliverySlots.0.id'],
  courierJobId: ['order.courierJob.id', 'courierJobs.nodes.0.id'],
  refundId: ['refundCreate.refund.id'],
  changeId: ['orderChange.change.id'],
  warehouseId: ['warehouses.0.id'],
  otherWarehouseId: ['warehouses.1.id'],
  servingWarehouseId: ['explainAllocation.0.shares.0.warehouse.id'],
  deliveryId: ['expectedDeliveries.nodes.0.id'],
  transferId: ['stockTransferSend.transfer.id'],
  caseId: ['deliveryCases.nodes.0.id'],
  receivedOrder: ['orders.nodes.0.id'],
  receivedLine: ['orders.nodes.0.lines.0.id'],
  serviceCaseId: ['serviceCaseCreate.case.id', 'serviceCases.nodes.0.id'],
  caseWaybill: ['deliveryCases.nodes.0.parcel.waybill'],
  shortOrderId: ['shortages.nodes.0.order.id'],
  reviewId: ['reviewQueue.nodes.0.id'],
  heldOrderId: ['reviewQueue.nodes.0.order.id'],
  batchId: ['orderBatchStart.batch.id'],
  importId: ['catalogImportStart.catalogImport.id'],
  taskId: ['waveCreate.wave.tasks.0.id'],
  taskSku: ['waveCreate.wave.tasks.0.parts.0.variant.sku', 'waveCreate.wave.tasks.0.variant.sku'],
  pickedOrderId: ['waveCreate.wave.tasks.0.order.id'],
  packageId: ['packagePack.package.id'],
  packageNumber: ['packagePack.package.number'],
  manifestId: ['manifestCreate.manifest.id'],
}

export const remembered = createStore<{ values: Record<string, string> }>({ values: readNotes() })

function readNotes(): Record<string, string> {
  try {
    return JSON.parse(notes.read('remembered') ?? '{}') as Record<string, string>
  } catch {
    return {}
  }
}

function keep(values: Record<string, string>): void {
  notes.write('remembered', JSON.stringify(values))
  remembered.set({ values })
}

export function forgetAll(): void {
  keep({})
  setCartToken('')
  setOrderToken('')
}

function find(value: unknown, path: readonly string[]): string | undefined {
  if (path.length === 0) return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined
  if (typeof value !== 'object' || value === null) return undefined
  const [step, ...rest] = path as [string, ...string[]]
  const branches = step === '*' ? Object.values(value) : [(value as Record<string, unknown>)[step]]
  for (const branch of branches) {
    const found = find(branch, rest)
    if (found !== undefined) return found
  }
  return undefined
}

/** Take from an answer what the table above names. */
export function remember(data: unknown): void {
  const found: Record<string, string> = {}
  for (const [name, paths] of Object.entries(REMEMBER)) {
    const value = paths.map((path) => find(data, path.split('.'))).find((candidate) => candidate !== undefined)
    if (value !== undefined) found[name] = value
  }
  if (Object.keys(found).length === 0) return
  keep({ ...remembered.get().values, ...found })
  if (!speaksAsGuest()) return
  if (found.cartToken) setCartToken(found.cartToken)
  if (found.orderToken) setOrderToken(found.orderToken)
}

function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}

/** What to run first: an operation of the step titled `here` if one brings it, else the first one of the guide that does. */
function whereFrom(name: string, here: string | null): string {
  const paths = (REMEMBER[name] ?? []).filter((path) => !path.startsWith('*'))
  const fields = paths.map((path) => path.split('.').filter((part) => !/^\d+$/.test(part)))
  const sources = steps.map(({ query }) => fields.flatMap((path) => operationsBringing(query, path))[0])
  const own = steps.findIndex(({ title }, index) => title === here && sources[index])
  if (own >= 0) return `Run “${sources[own]}” first, which brings it`
  const index = sources.findIndex(Boolean)
  return index >= 0 ? `Run “${sources[index]}” in step ${index + 1}, “${steps[index]!.title}”, which brings it` : 'Run what brings it'
}

function valueOf(name: string, here: string | null): string {
  if (name === 'newKey') return newKey()
  const value = remembered.get().values[name]
  if (value !== undefined) return value
  throw new Told(`{{${name}}} is not known yet. ${whereFrom(name, here)}, or write a value into the variables.`)
}

/** Variables with every "{{name}}" replaced; `{{newKey}}` is a fresh random key each time. `here` is the title of the step in front. */
export function fillIn(variables: unknown, here: string | null): unknown {
  if (typeof variables === 'string') return variables.replace(/\{\{(\w+)\}\}/g, (_, name: string) => valueOf(name, here))
  if (Array.isArray(variables)) return variables.map((value) => fillIn(value, here))
  if (typeof variables !== 'object' || variables === null) return variables
  return Object.fromEntries(Object.entries(variables).map(([key, value]) => [key, fillIn(value, here)]))
}

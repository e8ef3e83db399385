// Shows the market's name and the switch between identities.
import { chooseByHand, currentName, GUEST, PASTED, setCartToken, speaker, speaksAsGuest } from './identities'
import { useStore } from './store'

export function Header() {
  return (
    <header className="market-header">
      <a className="market-name" href="/graphql">
        <img src={SEAL} alt="" width="30" height="30" />
        <span>
          集市 <b>Jishi</b>
        </span>
        <small>one GraphQL endpoint, from the first search to the last refund</small>
      </a>
      <IdentitySwitch />
    </header>
  )
}

function IdentitySwitch() {
  const { mode, identities, chosen, reason } = useStore(speaker)
  if (mode === 'loading') return null
  if (mode === 'plain') {
    return (
      <div className="identity">
        <TokenBox />
        <CartBox />
      </div>
    )
  }
  const role = identities.find(({ key }) => key === chosen)?.role ?? ''
  return (
    <div className="identity">
      {reason && (
        <span className="identity-reason" key={reason}>
          switched {reason}
        </span>
      )}
      {chosen === PASTED && <TokenBox />}
      <CartBox />
      <label className="identity-choice" data-role={role ? (role === 'CUSTOMER' ? 'customer' : 'staff') : 'guest'}>
        <span>acting as</span>
        <select
          aria-label="Identity"
          value={chosen}
          onChange={(event) => chooseByHand(event.currentTarget.value)}
          key={currentName()}
        >
          <option value={GUEST}>Guest — no account</option>
          {identities.map(({ key, label }) => (
            <option key={key} value={key}>
              {label}
            </option>
          ))}
          <option value={PASTED}>Another token …</option>
        </select>
      </label>
    </div>
  )
}

function TokenBox() {
  const { pastedToken } = useStore(speaker)
  return (
    <label className="identity-box">
      <span>access token</span>
      <input
        value={pastedToken}
        onChange={(event) => speaker.set({ pastedToken: event.currentTarget.value })}
        placeholder="empty: guest"
        spellCheck={false}
        autoComplete="off"
      />
    </label>
  )
}

/** A guest's cart is known by its token alone; it fills itself from the first answer that carries one. */
function CartBox() {
  const { cartToken } = useStore(speaker)
  if (!speaksAsGuest()) return null
  return (
    <label className="identity-box">
      <span>X-Cart-Token</span>
      <input
        value={cartToken}
        onChange={(event) => setCartToken(event.currentTarget.value)}
        placeholder="comes with your first cart"
        spellCheck={false}
        autoComplete="off"
      />
    </label>
  )
}

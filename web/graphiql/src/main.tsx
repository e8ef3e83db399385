// Starts the page.
import './workers'
import 'graphiql/style.css'
import './theme.css'

import { createRoot } from 'react-dom/client'

import { App } from './App'
import { bringTabsUpToDate, laySpaceOut } from './workspace'

laySpaceOut()
bringTabsUpToDate()
createRoot(document.getElementById('root')!).render(<App />)

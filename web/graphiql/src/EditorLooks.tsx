// Knows how text stands in the editors: a size that leaves room for the guide, comments that wrap, the system's colors.
import { pick, useGraphiQL, useGraphiQLActions } from '@graphiql/react'
import { useEffect } from 'react'

export function EditorLooks() {
  const editors = useGraphiQL(pick('queryEditor', 'variableEditor', 'headerEditor', 'responseEditor'))
  const { theme } = useGraphiQL(pick('theme'))
  const { setTheme } = useGraphiQLActions()

  useEffect(() => {
    for (const editor of Object.values(editors)) editor?.updateOptions({ fontSize: 13, wordWrap: 'on' })
  }, [editors.queryEditor, editors.variableEditor, editors.headerEditor, editors.responseEditor])

  // GraphiQL asks for the system's colors once; a desk that turns dark in the evening would keep light letters.
  useEffect(() => {
    if (theme !== null) return
    const dark = matchMedia('(prefers-color-scheme: dark)')
    const follow = () => setTheme(null)
    dark.addEventListener('change', follow)
    return () => dark.removeEventListener('change', follow)
  }, [theme, setTheme])

  return null
}

// What build.js puts into the page.

/** The addresses of the editor's workers, by the label with which the editor asks for them. */
declare const WORKERS: { editor: string; graphql: string; json: string }

/** The address of the market's seal. */
declare const SEAL: string

/** The files in src/tabs, by name. */
declare module 'jishi:tabs' {
  const files: Record<string, string>
  export default files
}

declare module '*.css'
declare module 'graphiql/style.css'

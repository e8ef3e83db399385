// Knows how a document leaves the page: queries and mutations by POST, subscriptions by WebSocket.
import type { Fetcher } from '@graphiql/toolkit'
import { type DocumentNode, type ExecutionResult, getOperationAST, type OperationDefinitionNode, parse } from 'graphql'

import { identitiesReady, renewIdentities, speakerHeaders } from './identities'
import { type LiveRequest, open } from './streams'
import { fillIn, remember } from './remembered'
import { headings } from './steps'
import { Told } from './store'

type Variables = Record<string, unknown>
type Headers = Record<string, string>

interface Answer {
  status: number
  result: ExecutionResult
}

function operationOf(query: string, name: string | null | undefined): OperationDefinitionNode | null {
  let document: DocumentNode
  try {
    document = parse(query, { noLocation: true })
  } catch {
    // The server explains a mistake in the document better than we could.
    return null
  }
  return getOperationAST(document, name) ?? null
}

async function send(body: object, headers: Headers): Promise<Response> {
  try {
    return await fetch('/graphql', {
      method: 'POST',
      headers: {
        accept: 'application/graphql-response+json, application/json',
        'content-type': 'application/json',
        ...speakerHeaders(),
        ...headers,
      },
      body: JSON.stringify(body),
    })
  } catch (reason) {
    throw new Told(`The server does not answer (${reason instanceof Error ? reason.message : reason}). Is it running?`)
  }
}

async function post(body: object, headers: Headers): Promise<Answer> {
  const response = await send(body, headers)
  if (!response.headers.get('content-type')?.includes('json')) {
    throw new Told(`${response.status} ${response.statusText}: ${(await response.text()).slice(0, 300)}`)
  }
  return { status: response.status, result: (await response.json()) as ExecutionResult }
}

/** The variables that this operation declares: a tab may hold two, and one must not wait for what the other needs. */
function declared(variables: Variables, operation: OperationDefinitionNode | null): Variables {
  if (!operation) return {} // the answer will say what is wrong with the document
  const names = (operation.variableDefinitions ?? []).map(({ variable }) => variable.name.value)
  return Object.fromEntries(Object.entries(variables).filter(([name]) => names.includes(name)))
}

/** What the reader wrote under "Headers", in one spelling, so that it replaces ours instead of joining it. */
function ownHeaders(headers: unknown): Headers {
  return Object.fromEntries(Object.entries((headers ?? {}) as Headers).map(([name, value]) => [name.toLowerCase(), value]))
}

/** A field that a guest may not see is refused as UNAUTHENTICATED too, but with another status. */
function isStaleToken({ status }: Answer): boolean {
  return status === 401
}

function ask(
  query: string,
  variables: Variables,
  operation: OperationDefinitionNode,
  operationName: string | undefined,
  headers: Headers,
): LiveRequest {
  const { title } = headings(query)
  const name = operationName ?? operation.name?.value ?? 'subscription'
  const resumable = (operation.variableDefinitions ?? []).some(({ variable }) => variable.name.value === 'after')
  return { title: title ?? name, query, operationName, variables, headers, resumable }
}

export const fetcher: Fetcher = async (params, options) => {
  await identitiesReady
  const operationName = params.operationName ?? undefined
  const headers = ownHeaders(options?.headers)
  const operation = operationOf(params.query, operationName)
  const variables = fillIn(declared((params.variables ?? {}) as Variables, operation), headings(params.query).title) as Variables
  if (operation?.operation === 'subscription') {
    return open(ask(params.query, variables, operation, operationName, headers))
  }

  const body = { query: params.query, operationName, variables }
  let answer = await post(body, headers)
  if (isStaleToken(answer) && (await renewIdentities())) answer = await post(body, headers)
  remember(answer.result.data)
  return answer.result
}

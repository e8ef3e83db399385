// Knows how a document leaves the page: queries and mutations by POST, subscriptions by WebSocket.
import type { Fetcher } from '@graphiql/toolkit'
import { type DocumentNode, type ExecutionResult, getOperationAST, type OperationDefinitionNode, parse } from 'graphql'

import { identitiesReady, renewIdentities, speakerHeaders } from './identities'
import { type LiveRequest, open } from './streams'
import { fillIn, remember } from './remembered'
import { headings } from './steps'

type Variables = Record<string, unknown>

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

async function post(body: object, ownHeaders: Record<string, string>): Promise<Answer> {
  const response = await fetch('/graphql', {
    method: 'POST',
    headers: {
      accept: 'application/graphql-response+json, application/json',
      'content-type': 'application/json',
      ...speakerHeaders(),
      ...ownHeaders,
    },
    body: JSON.stringify(body),
  })
  if (!response.headers.get('content-type')?.includes('json')) {
    throw new Error(`${response.status} ${response.statusText}: ${(await response.text()).slice(0, 300)}`)
  }
  return { status: response.status, result: (await response.json()) as ExecutionResult }
}

function isStaleToken({ status, result }: Answer): boolean {
  return status === 401 || (result.errors ?? []).some((error) => error.extensions?.code === 'UNAUTHENTICATED')
}

function ask(
  query: string,
  variables: Variables,
  operation: OperationDefinitionNode,
  operationName: string | undefined,
): LiveRequest {
  const { title } = headings(query)
  const name = operationName ?? operation.name?.value ?? 'subscription'
  const resumable = (operation.variableDefinitions ?? []).some(({ variable }) => variable.name.value === 'after')
  return { title: title ?? name, query, operationName, variables, resumable }
}

export const fetcher: Fetcher = async (params, options) => {
  await identitiesReady
  const operationName = params.operationName ?? undefined
  const variables = fillIn((params.variables ?? {}) as Parameters<typeof fillIn>[0]) as Variables
  const operation = operationOf(params.query, operationName)
  if (operation?.operation === 'subscription') return open(ask(params.query, variables, operation, operationName))

  const body = { query: params.query, operationName, variables }
  const ownHeaders = (options?.headers ?? {}) as Record<string, string>
  let answer = await post(body, ownHeaders)
  if (isStaleToken(answer) && (await renewIdentities())) answer = await post(body, ownHeaders)
  remember(answer.result.data)
  return answer.result
}

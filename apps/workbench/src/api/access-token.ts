import { createHash, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { Problem } from '@linked-traces/service/problem'

const cookieName = 'linked_traces_token'

/**
 * Demands the workbench's token of whoever asks, where there is one: as `Authorization: Bearer …`, or as the cookie that
 * {@link admitVisitor} gives to browsers.
 */
export function demandToken(token: string | undefined): (request: Pick<IncomingMessage, 'headers'>) => void {
  if (token === undefined) return () => {}
  return ({ headers: { authorization, cookie } }) => {
    const [, bearer] = /^Bearer +(\S+)$/i.exec(authorization ?? '') ?? []
    if (isSame(bearer ?? cookieIn(cookie), token)) return
    throw new Problem({
      status: 401,
      code: 'token_required',
      detail:
        'This workbench demands its token: send Authorization: Bearer <WORKBENCH_TOKEN>, or open its page with ?token=<WORKBENCH_TOKEN> once.',
      headers: { 'www-authenticate': 'Bearer realm="workbench"' },
    })
  }
}

/**
 * Whether `request` opens a page with `?token=…`, the right one: then it was answered with the cookie and sent on to the same page
 * without the token, which so does not stay in the address bar.
 */
export function admitVisitor(
  token: string | undefined,
  request: Pick<IncomingMessage, 'url' | 'method'>,
  response: ServerResponse,
): boolean {
  const address = `http://workbench${request.url ?? '/'}`
  if (token === undefined || request.method !== 'GET' || !URL.canParse(address)) return false
  const url = new URL(address)
  if (!isSame(url.searchParams.get('token') ?? undefined, token)) return false
  url.searchParams.delete('token')
  response.writeHead(303, {
    location: `/${url.pathname.replace(/^\/+/, '')}${url.search}`,
    'set-cookie': `${cookieName}=${encodeURIComponent(token)}; HttpOnly; SameSite=Strict; Path=/`,
    'cache-control': 'no-store',
  })
  response.end()
  return true
}

function cookieIn(header: string | undefined): string | undefined {
  for (const pair of (header ?? '').split(';')) {
    const [name = '', value = ''] = pair.trim().split('=', 2)
    if (name === cookieName) return decoded(value)
  }
  return undefined
}

function decoded(value: string): string | undefined {
  try {
    return decodeURIComponent(value)
  } catch {
    return undefined
  }
}

/** Takes as long for a wrong token as for the right one. */
function isSame(received: string | undefined, token: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(received ?? ''), digest(token)) && received !== undefined
}

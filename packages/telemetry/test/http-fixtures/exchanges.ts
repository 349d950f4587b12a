/** What one client sends over one connection, and what is to come of it. */
export interface Exchange {
  /** Which of the fixture's servers is asked. */
  readonly server?: string
  /** Text, or text that is sent once some other has been received or seen by a handler. */
  readonly send: readonly (string | { readonly bytes: string; readonly after: string })[]
  /** SERVER spans; 1 unless given. */
  readonly expectSpans?: number
  readonly hangUp?: 'when answered' | 'when handled' | 'when half is there'
}

const CALLER =
  'traceparent: 00-c0ffee00000000000000000000000001-beef000000000001-03\r\ntracestate: vendor=value\r\nbaggage: tenant=acme\r\n'

function request(
  target: string,
  { method = 'GET', host = 'api.test', headers = '', body = '' } = {},
): string {
  return `${method} ${target} HTTP/1.1\r\nhost: ${host}\r\n${headers}\r\n${body}`
}

function one(...given: Parameters<typeof request>): Exchange {
  return { send: [request(...given)] }
}

/** Exchanges that differ in one thing, named after it. */
function each(
  what: string,
  values: readonly string[],
  make: (value: string) => Exchange,
): Record<string, Exchange> {
  return Object.fromEntries(
    values.map((value) => [`${what} ${JSON.stringify(value.slice(0, 60))}`, make(value)]),
  )
}

const BODY = { method: 'POST', headers: 'content-length: 9\r\n', body: 'some body' }

/** Everything that SERVER spans of the two instrumentations are compared by. */
export const exchanges: Record<string, Exchange> = {
  ...each(
    'the method',
    [
      'GET',
      'HEAD',
      'POST',
      'PUT',
      'DELETE',
      'OPTIONS',
      'TRACE',
      'PATCH',
      'QUERY',
      'PROPFIND',
      'M-SEARCH',
      'PURGE',
    ],
    (method) => one('/', { method }),
  ),
  ...each(
    'the target',
    [
      '/',
      '/a/b.c/d',
      '/a//b/',
      '//host/path',
      '/a/./b/../c',
      '/.hidden/..',
      '/%2e%2E/x',
      '/%2ehidden',
      '/caf\u00e9',
      '/a%20b%zz',
      '/a|b[c]^{d}`e\'f"',
      '/a\\b',
      '/a;v=1/b,c/@d:e~f',
      '/?',
      '/a?',
      '/a?x=1&y=2',
      '/a?x=1&x=2',
      '/a?x',
      '/a?x=1=2',
      '/a?&&x=1&',
      '/a?x=a+b%20c&y=%41',
      '/a?x=<"\'>',
      '/a?b?c=d',
      '/a?q=a*b-c_d.e~f',
      '/a?sig=secret&design=kept',
      '/a?Signature=secret&signature=kept',
      '/a?%73ig=secret',
      '/a?X-Amz-Credential=c&X-Amz-Security-Token=t&X-Amz-Signature=s&X-Goog-Signature=g&AWSAccessKeyId=k',
      '/a?sig',
      '/a#fragment?x=1',
      'http://other.test:81/absolute?x=1',
      'http://[::1/broken',
      'no-slash',
      `/${'long/'.repeat(1500)}?${'q=1&'.repeat(500)}`,
    ],
    (target) => one(target),
  ),
  'the target *': one('*', { method: 'OPTIONS' }),
  ...each(
    'the host',
    [
      'api.test',
      'API.test:8080',
      '127.0.0.1:<port>',
      '[::1]',
      '[::1]:90',
      '::1',
      'a:b:c',
      '',
      'ex ample',
      'user@host',
      'a/b?c',
      'a%',
      'host:',
      'host:abc',
      ':80',
      '[::1',
      'b\u00fccher.test',
    ],
    (host) => one('/a?x=1', { host }),
  ),
  'HTTP/1.0 without a host': { send: ['GET /old?x=1 HTTP/1.0\r\n\r\n'] },
  'HTTP/1.1 without a host': { send: ['GET /none HTTP/1.1\r\n\r\n'], expectSpans: 0 },
  'two hosts': one('/', { headers: 'host: second.test\r\n' }),
  ...each(
    'the forwarding',
    [
      'forwarded: for=192.0.2.43;host=front.test:8443;proto=https',
      'forwarded: for="[2001:db8::1]:4711";by=203.0.113.60',
      'forwarded: by=1.2.3.4, for=192.0.2.1;host=second.test;proto=http',
      'forwarded: for=unknown',
      'forwarded: for=_hidden:80;host="quoted.test"',
      'forwarded: for=;;broken',
      'forwarded: for=192.0.2.43\r\nx-forwarded-host: other.test\r\nx-forwarded-proto: https',
      'x-forwarded-for: 192.0.2.1, 198.51.100.7',
      'x-forwarded-for: 192.0.2.1:4711',
      'x-forwarded-for: 192.000.2.1',
      'x-forwarded-for: 192.0.2',
      'x-forwarded-for: 192.0.2.1.5',
      'x-forwarded-for: 0.0.0.0',
      'x-forwarded-for: 999.0.2.1',
      'x-forwarded-for: 2001:db8::1',
      'x-forwarded-for: [2001:db8::1]:80',
      'x-forwarded-for: not an address',
      'x-forwarded-for: , 1.2.3.4',
      'x-forwarded-for:',
      'x-forwarded-for: 192.0.2.1\r\nx-forwarded-for: 192.0.2.2',
      'x-forwarded-host: front.test',
      'x-forwarded-host: front.test:8443',
      'x-forwarded-host: front.test\r\nx-forwarded-proto: https',
      'x-forwarded-host: [::1]\r\nx-forwarded-proto: http',
      'x-forwarded-host: a.test, b.test\r\nx-forwarded-proto: https, http',
      'x-forwarded-host:',
    ],
    (lines) => one('/', { headers: `${lines}\r\n` }),
  ),
  ...each('the agent', ['curl/8.1', ''], (agent) => one('/', { headers: `user-agent: ${agent}\r\n` })),
  ...each(
    'the status',
    ['200', '204', '302', '304', '400', '404', '499', '500', '503', '599', '600', '999'],
    (status) => one(`/status/${status}`),
  ),
  'a status without a body to a HEAD': one('/status/304', { method: 'HEAD' }),
  IPv6: { server: 'ipv6', ...one('/six') },
  https: { server: 'https', ...one('/secure?x=1') },
  'https without a port in a host that has none': {
    server: 'https',
    ...one('/secure', { host: 'secure.test' }),
  },
  ...each('the trace context of', ['/continue', '/link', '/untrusted', '/ignore', '/untraced'], (path) => ({
    ...one(path, { headers: CALLER }),
    expectSpans: path === '/untraced' ? 0 : 1,
  })),
  'a broken trace context': one('/link', { headers: 'traceparent: 00-0-0-00\r\n' }),
  'a trace context that is not sampled': one('/continue', { headers: CALLER.replace('-03', '-00') }),
  'events of a request': { send: [request('/events', BODY)] },
  'events of a body that comes in parts': {
    send: [
      request('/events', { method: 'POST', headers: 'transfer-encoding: chunked\r\n' }),
      { bytes: '4\r\npart\r\n', after: 'handler' },
      { bytes: '0\r\n\r\n', after: 'request data' },
    ],
  },
  'events of an untraced request': { send: [request('/untraced', BODY)], expectSpans: 0 },
  'a body that is iterated': {
    send: [
      request('/iterated', {
        method: 'POST',
        headers: 'content-length: 300000\r\n',
        body: 'x'.repeat(300_000),
      }),
    ],
  },
  'a body that nobody reads': {
    send: [
      request('/unread', {
        method: 'POST',
        headers: 'content-length: 300000\r\n',
        body: 'x'.repeat(300_000),
      }),
    ],
  },
  'a large response': one('/large'),
  'a handler that throws': one('/throws'),
  'a handler that throws a string': one('/throws-a-string'),
  'an error of the response': one('/response-error'),
  'an error of the response that nobody hears': one('/response-error-unheard'),
  'a write after the end': one('/write-after-end'),
  'a response that is destroyed': one('/destroys'),
  'a socket that is destroyed': one('/destroys-the-socket'),
  'a caller who hangs up before an answer': { ...one('/waits'), hangUp: 'when handled' },
  'a caller who hangs up while sending': {
    send: [request('/waits', { method: 'POST', headers: 'content-length: 100\r\n', body: 'x' })],
    hangUp: 'when handled',
  },
  'a caller who hangs up in an answer': { ...one('/half'), hangUp: 'when half is there' },
  'a socket that times out': one('/times-out'),
  'informational responses': one('/informational'),
  trailers: one('/trailers'),
  'a span that the handler renames': one('/renames'),
  'a status that the handler sets': one('/ends-it'),
  'listeners that are all removed': { send: [request('/removes-listeners', BODY)] },
  'a request that is passed on to another server': { ...one('/passed-on'), expectSpans: 2 },
  'requests one after the other': {
    send: [
      request('/first'),
      { bytes: request('/link', { headers: CALLER }), after: 'ok' },
      { bytes: request('/events', BODY), after: 'traceresponse' },
    ],
    expectSpans: 3,
  },
  'requests at once': {
    send: [request('/slow') + request('/link', { headers: CALLER }) + request('/events', BODY)],
    expectSpans: 3,
  },
  'an upgrade': {
    server: 'upgrading',
    send: [request('/', { headers: 'connection: upgrade\r\nupgrade: text\r\n' })],
    expectSpans: 0,
  },
  'an upgrade behind a request': {
    server: 'upgrading',
    send: [
      request('/first'),
      { bytes: request('/', { headers: 'connection: upgrade\r\nupgrade: text\r\n' }), after: 'ok' },
      { bytes: '', after: 'upgrade' },
    ],
  },
  'an upgrade that nobody takes': one('/', { headers: 'connection: upgrade\r\nupgrade: text\r\n' }),
  CONNECT: {
    server: 'upgrading',
    send: [`CONNECT api.test:443 HTTP/1.1\r\nhost: api.test\r\n\r\n`, { bytes: '', after: 'connect' }],
    expectSpans: 0,
  },
  'Expect: 100-continue': {
    send: [
      request('/events', { method: 'POST', headers: 'expect: 100-continue\r\ncontent-length: 4\r\n' }),
      { bytes: 'body', after: '100 Continue' },
    ],
  },
  'Expect: 100-continue with a check': {
    server: 'careful',
    send: [
      request('/events', { method: 'POST', headers: 'expect: 100-continue\r\ncontent-length: 4\r\n' }),
      { bytes: 'body', after: '100 Continue' },
    ],
  },
  'Expect: something else': {
    send: [request('/', { headers: 'expect: something\r\n' }), { bytes: '', after: '417' }],
    expectSpans: 0,
  },
  'more requests than a socket may have': {
    server: 'limited',
    send: [request('/'), { bytes: request('/dropped'), after: 'ok' }, { bytes: '', after: '503' }],
  },
  'what is no request': {
    server: 'clientErrors',
    send: ['nonsense\r\n\r\n', { bytes: '', after: '400' }],
    expectSpans: 0,
  },
  'what is no request behind one': {
    server: 'clientErrors',
    send: [request('/'), { bytes: 'nonsense\r\n\r\n', after: 'ok' }, { bytes: '', after: '400' }],
  },
}

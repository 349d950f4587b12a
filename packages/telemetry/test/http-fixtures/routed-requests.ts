/** What Express is asked for, by GET unless another method is named; routes are compared by it. */
export const requests: readonly string[] = [
  '/',
  '/?x=1',
  '/plain',
  '/PLAIN/',
  '/users/7',
  '/users/7?x=1',
  'POST /users/7',
  'HEAD /users/7',
  'OPTIONS /users/7',
  'DELETE /users/7',
  '/one',
  '/two/2',
  '/expression/12',
  '/files/a/b/c',
  '/optional',
  '/optional/1',
  '/both',
  'PUT /both',
  'PATCH /all/1',
  '/several',
  '/next/1',
  '/next-route/1',
  '/throws/1',
  '/fails/1',
  '/async/1',
  '/handled/1',
  '/guarded',
  '/guarded/below',
  '/assets/none.css',
  '/api',
  '/api/',
  '/api/items/7',
  '/api/refused',
  '/api/deep/a/leaf/b',
  '/api/deep/a/none',
  '/acme/things/1',
  '/v1/x',
  '/v2/x',
  '/unmounted/1',
  '/nowhere',
  '/users/%zz',
]

/**
 * Routes that the stock instrumentation tells wrong (it forgets where an application is mounted, and keeps the path of a
 * router that had no route for the request), and what they are.
 */
export const mended: Readonly<Record<string, string>> = {
  '/sub/page/1': '/sub/page/:x',
  '/shared/here/1': '/shared/here/:x',
  '/shared/last/1': '/shared/last/:x',
}

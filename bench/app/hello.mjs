import { listen } from './order-routes.cjs'

listen((_request, response) => response.end('hello'))

require('./order-routes.cjs').serveOrders(require('express'))

import 'import-in-the-middle/register-hooks.mjs'
import './imports-express-then-http.mjs'

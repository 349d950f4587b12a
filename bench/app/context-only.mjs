import { AsyncLocalStorage } from 'node:async_hooks'
import { Server } from 'node:http'

// The least that anything does which knows what belongs to a request: a context for each, and nothing in it.
const storage = new AsyncLocalStorage()
const { emit } = Server.prototype
Server.prototype.emit = function (name, ...args) {
  return name === 'request'
    ? storage.run({}, () => emit.call(this, name, ...args))
    : emit.call(this, name, ...args)
}

import { allowOnly, answerErrors, notFound, routeExactly } from '@linked-traces/service/problem-routes'
import express, { type Express } from 'express'
import { type RandomInt, rollDice } from './routes/roll-dice.ts'

/** The dice. Both addresses roll alike; that one of them starts a trace of its own is said in `telemetry.ts`. */
export function diceApp(randomInt: RandomInt): Express {
  const app = express()
  routeExactly(app)
  for (const path of ['/rolldice', '/roll_with_link']) {
    app.route(path).get(rollDice(randomInt)).all(allowOnly('GET', 'HEAD'))
  }
  app.use(notFound)
  app.use(answerErrors())
  return app
}

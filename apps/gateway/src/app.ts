import { allowOnly, answerErrors, notFound, routeExactly } from '@linked-traces/service/problem-routes'
import express, { type Express } from 'express'
import type { DiceClient } from './dice-client.ts'
import { rollDice } from './routes/roll-dice.ts'
import { rollWithLink } from './routes/roll-with-link.ts'

/** The gateway: asks dice, in one trace or in two linked ones. `workbenchUrl` has no slash at its end. */
export function gatewayApp(dice: DiceClient, workbenchUrl: string | undefined): Express {
  const app = express()
  routeExactly(app)
  app.route('/rolldice').get(rollDice(dice, workbenchUrl)).all(allowOnly('GET', 'HEAD'))
  app.route('/roll_with_link').get(rollWithLink(dice, workbenchUrl)).all(allowOnly('GET', 'HEAD'))
  app.use(notFound)
  app.use(answerErrors())
  return app
}

export type { ReceivedSpan } from './lib/testing/received-span.ts'
export type { ReceivedRequest, ScriptedAnswer, TestReceiver } from './lib/testing/start-test-receiver.ts'
export { startTestReceiver } from './lib/testing/start-test-receiver.ts'

/** Resolves with `done`, or when the time is over. Its timer keeps the process alive meanwhile: somebody waits. */
export async function withDeadline(millis: number, done: Promise<void>): Promise<void> {
  const { promise: over, resolve } = Promise.withResolvers<void>()
  const timer = setTimeout(resolve, millis)
  await Promise.race([done, over])
  clearTimeout(timer)
}

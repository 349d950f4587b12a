/** Tells the operator, in the stream that is not the application's output. */
export function say(line: string): void {
  // Not `stderr.write`: when nobody reads stderr any more, its error would end the process.
  console.error(`linked-traces: ${line}`)
}

/** Paths of a sparkline: the line, and the area below it. */
export type Sparkline = { readonly line: string; readonly area: string }

/**
 * Draws values from left to right on a scale from 0 to their maximum. Where a value is `null` the line has a gap; a value between two
 * gaps is a dot (a line without length, for round caps).
 */
export function sparkline(values: readonly (number | null)[], width: number, height: number): Sparkline {
  const most = Math.max(0, ...values.map((value) => value ?? 0))
  const step = values.length > 1 ? width / (values.length - 1) : 0
  let line = ''
  let area = ''
  let run: string[] = []
  let [first, last] = [0, 0]
  const close = () => {
    if (run.length === 0) return
    line += run.length === 1 ? `M${run[0]}h0` : `M${run.join('L')}`
    if (run.length > 1) area += `M${first} ${height}L${run.join('L')}L${last} ${height}Z`
    run = []
  }
  for (const [index, value] of values.entries()) {
    if (value === null) {
      close()
      continue
    }
    const x = round(index * step)
    const y = round(most === 0 ? height : height - (Math.max(0, value) / most) * height)
    if (run.length === 0) first = x
    last = x
    run.push(`${x} ${y}`)
  }
  close()
  return { line, area }
}

const round = (pixels: number): number => Math.round(pixels * 10) / 10

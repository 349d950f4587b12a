/** Paths of a sparkline: the line, the area below it, and the values that have no neighbour to draw a line to. */
export type Sparkline = { readonly line: string; readonly area: string; readonly dots: string }

/**
 * Draws values from left to right on a scale from 0 to their maximum. Where a value is `null` the line has a gap; a value between two
 * gaps is a dot (a line without length, for round caps).
 */
export function sparkline(values: readonly (number | null)[], width: number, height: number): Sparkline {
  const most = Math.max(0, ...values.map((value) => value ?? 0))
  const step = values.length > 1 ? width / (values.length - 1) : 0
  let line = ''
  let area = ''
  let dots = ''
  let run: string[] = []
  let [first, last] = [0, 0]
  const close = () => {
    if (run.length === 0) return
    if (run.length === 1) dots += `M${run[0]}h0`
    else {
      line += `M${run.join('L')}`
      area += `M${first} ${height}L${run.join('L')}L${last} ${height}Z`
    }
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
  return { line, area, dots }
}

const round = (pixels: number): number => Math.round(pixels * 10) / 10

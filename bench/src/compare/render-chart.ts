import type { Row } from './summarize.ts'

const WIDTH = 860
const LABELS = 330
const BAR = 16
const STEP = 26
const TOP = 54

/**
 * Bars of the processor time that each adds to a request, the cheapest on top, as an SVG that reads on light and on dark paper.
 */
export function renderChart(rows: readonly Row[], caption: string): string {
  const bars = rows
    .filter(({ addedMicros }) => addedMicros > 0)
    .toSorted((a, b) => a.addedMicros - b.addedMicros)
  const most = Math.max(1, ...bars.map(({ addedMicros }) => addedMicros))
  const height = TOP + bars.length * STEP + 12
  const lines = bars.map((row, index) => {
    const y = TOP + index * STEP
    const width = ((WIDTH - LABELS - 130) * row.addedMicros) / most
    const own = row.name.startsWith('ours')
    const spans = Number(row.spansPerRequest.toFixed(1))
    return [
      `  <text class="${own ? 'own' : 'name'}" x="${LABELS - 10}" y="${y + 13}" text-anchor="end">${escaped(row.title)}</text>`,
      `  <rect class="${own ? 'ours' : 'theirs'}" x="${LABELS}" y="${y}" width="${width.toFixed(1)}" height="${BAR}" rx="2"/>`,
      `  <text class="figure" x="${(LABELS + width + 8).toFixed(1)}" y="${y + 13}">${Math.round(row.addedMicros)} µs, ${spans} ${spans === 1 ? 'span' : 'spans'}</text>`,
    ].join('\n')
  })
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-labelledby="title">
  <title id="title">Processor time that tracing adds to a request</title>
  <style>
    text { font: 13px system-ui, sans-serif; fill: #57606a }
    .heading { font-size: 15px; font-weight: 600; fill: #1f2328 }
    .own { font-weight: 600; fill: #1f2328 }
    .ours { fill: #1a7f64 }
    .theirs { fill: #a8b0b8 }
    @media (prefers-color-scheme: dark) {
      text { fill: #9aa4ae }
      .heading, .own { fill: #e6edf3 }
      .ours { fill: #3fb68b }
      .theirs { fill: #57606a }
    }
  </style>
  <text class="heading" x="10" y="20">Processor time that tracing adds to a request</text>
  <text x="10" y="40">${escaped(caption)}</text>
${lines.join('\n')}
</svg>
`
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')
}

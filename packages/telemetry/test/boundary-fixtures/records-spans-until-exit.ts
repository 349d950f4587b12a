import { writeSync } from 'node:fs'
// As a set-up file may that does more than this: from here on ES modules see what node:http exported before it was patched.
import 'node:http'
import { SpanKind } from '@opentelemetry/api'
import { recordSpans } from '../boundary-recording.ts'

const { spans } = recordSpans({ inbound: 'link' })

process.on('exit', () => {
  const told = spans.map(({ kind, name, attributes, links }) => ({
    kind: SpanKind[kind],
    name,
    route: attributes['http.route'],
    relations: links.map((link) => link.attributes?.['linked_traces.relation']),
  }))
  writeSync(1, JSON.stringify(told))
})

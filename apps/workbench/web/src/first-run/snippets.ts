/** Something to type or to put into an app's environment. */
export type Snippet = { readonly title: string; readonly note: string; readonly code: string }

/** What makes the first spans come, by hand and without an app of one's own. `gateway` is the demonstration's address. */
export function demonstration(gateway: string): readonly Snippet[] {
  return [
    {
      title: 'One trace through two services',
      note: 'The gateway asks dice, which continues its trace.',
      code: `curl ${gateway}/rolldice`,
    },
    {
      title: 'Two traces, linked in both directions',
      note: 'Dice starts a trace of its own; a link leads to the caller, another one back.',
      code: `curl ${gateway}/roll_with_link`,
    },
  ]
}

/** How an app that has OpenTelemetry, in whatever language, sends its spans to `workbench` (an origin). */
export function anyApp(workbench: string): readonly Snippet[] {
  return [
    {
      title: 'Any language',
      note: 'Every OpenTelemetry SDK reads these variables. OTLP over HTTP is accepted, as protobuf or JSON.',
      code: [
        `export OTEL_EXPORTER_OTLP_ENDPOINT=${workbench}`,
        'export OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf',
        'export OTEL_SERVICE_NAME=my-service',
      ].join('\n'),
    },
    {
      title: 'A collector',
      note: 'An exporter beside those it has.',
      code: [
        'exporters:',
        '  otlphttp/workbench:',
        `    endpoint: ${workbench}`,
        'service:',
        '  pipelines:',
        '    traces:',
        '      exporters: [otlphttp/workbench]',
      ].join('\n'),
    },
    {
      title: 'No SDK at all',
      note: 'A span is a few lines of JSON.',
      code: spanByCurl(workbench),
    },
  ]
}

function spanByCurl(workbench: string): string {
  const body = {
    resourceSpans: [
      {
        resource: { attributes: [{ key: 'service.name', value: { stringValue: 'by-hand' } }] },
        scopeSpans: [
          {
            spans: [
              {
                traceId: '5b8efff798038103d269b633813fc60c',
                spanId: 'eee19b7ec3c1b174',
                name: 'hello',
                startTimeUnixNano: '$(date +%s)000000000',
                endTimeUnixNano: '$(date +%s)020000000',
              },
            ],
          },
        ],
      },
    ],
  }
  // The shell fills in the time: its substitution stands outside the single quotes.
  const json = JSON.stringify(body).replaceAll(/\$\(date \+%s\)/g, `'$(date +%s)'`)
  return [
    `curl ${workbench}/v1/traces \\`,
    "  -H 'content-type: application/json' \\",
    `  -d '${json}'`,
  ].join('\n')
}

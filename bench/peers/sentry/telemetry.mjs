import * as Sentry from '@sentry/node'

Sentry.init({
  dsn: process.env.BENCH_SENTRY_DSN,
  tracesSampleRate: 1,
  sendClientReports: false,
})

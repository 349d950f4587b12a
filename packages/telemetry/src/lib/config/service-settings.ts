import { attributes } from './key-value-pairs.ts'
import type { Kind } from './kind.ts'
import { flag, Refusal, text } from './kind.ts'
import { setting } from './setting.ts'

const unsupported: Kind<never> = {
  expected: 'nothing',
  parse: () => new Refusal({ cure: 'Declarative configuration is not read; use variables or options.' }),
}

/** What a service is called, and whether it is traced at all. */
export const serviceSettings = {
  name: setting({
    env: ['OTEL_SERVICE_NAME'],
    option: 'serviceName',
    kind: text,
    default: undefined,
    defaultText: 'the name in package.json, else unknown_service:node',
    doc: 'service.name; wins over the one in OTEL_RESOURCE_ATTRIBUTES.',
  }),
  version: setting({
    env: [],
    option: 'serviceVersion',
    kind: text,
    default: undefined,
    defaultText: 'the version in package.json',
    doc: 'service.version.',
  }),
  namespace: setting({
    env: [],
    option: 'serviceNamespace',
    kind: text,
    default: undefined,
    doc: 'service.namespace.',
  }),
  resourceAttributes: setting({
    env: ['OTEL_RESOURCE_ATTRIBUTES'],
    option: 'resourceAttributes',
    kind: attributes,
    default: undefined,
    doc: 'Attributes of the resource. Code and environment are merged key by key.',
  }),
  disabled: setting({
    env: ['OTEL_SDK_DISABLED'],
    option: 'disabled',
    kind: flag,
    default: false,
    doc: 'No spans are made or sent; propagation goes on. In the environment anything but true is false.',
  }),
  configFile: setting({
    env: ['OTEL_CONFIG_FILE'],
    kind: unsupported,
    default: undefined,
    doc: 'Would take precedence over every other variable, so it is refused rather than ignored.',
  }),
}

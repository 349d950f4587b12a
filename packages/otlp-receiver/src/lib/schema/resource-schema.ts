import { message } from './message-schema.ts'

/** opentelemetry/proto/resource/v1/resource.proto */
export const resourceSchema = message({
  attributes: [1, 'keyValue', 'repeated'],
  droppedAttributesCount: [2, 'uint32'],
  entityRefs: [
    3,
    message({
      schemaUrl: [1, 'string'],
      type: [2, 'string'],
      idKeys: [3, 'string', 'repeated'],
      descriptionKeys: [4, 'string', 'repeated'],
    }),
    'repeated',
  ],
})

/** opentelemetry/proto/common/v1/common.proto, `InstrumentationScope` */
export const scopeSchema = message({
  name: [1, 'string'],
  version: [2, 'string'],
  attributes: [3, 'keyValue', 'repeated'],
  droppedAttributesCount: [4, 'uint32'],
})

/** A JSON Schema (2020-12), as OpenAPI 3.1 uses it. */
export type JsonSchema = Readonly<Record<string, unknown>>

/** An object that has all of `properties` and no others. */
export const object = (properties: Readonly<Record<string, JsonSchema>>): JsonSchema => ({
  type: 'object',
  properties,
  required: Object.keys(properties),
  additionalProperties: false,
})

/** A schema by its name among the components. */
export const ref = (name: string): JsonSchema => ({ $ref: `#/components/schemas/${name}` })

export const array = (items: JsonSchema): JsonSchema => ({ type: 'array', items })

export const nullable = (schema: JsonSchema): JsonSchema => ({ anyOf: [schema, { type: 'null' }] })

export const text: JsonSchema = { type: 'string' }
export const flag: JsonSchema = { type: 'boolean' }
export const count: JsonSchema = { type: 'integer', minimum: 0 }

export const described = (description: string, schema: JsonSchema): JsonSchema => ({ ...schema, description })

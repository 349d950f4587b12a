/** How an OTLP message is written: protobuf's JSON mapping with OTLP's deviations, or protobuf's wire format. */
export type Encoding = 'json' | 'protobuf'

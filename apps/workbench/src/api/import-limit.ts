/** Bytes of one import, as sent and after decompression; as OTLP recommends for one export. */
export const mostImportedBytes = 64 * 1024 * 1024

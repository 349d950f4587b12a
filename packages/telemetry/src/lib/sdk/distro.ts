/** `telemetry.distro.*`: this package, as package.json has it. Not read from there, so that it can be bundled. */
export const DISTRO = { name: '@linked-traces/telemetry', version: '0.1.0' } as const

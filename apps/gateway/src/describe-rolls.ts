/** `1 roll: 4`, or `3 rolls: 4 + 2 + 6 = 12`. */
export function describeRolls(rolls: readonly number[]): string {
  if (rolls.length === 1) return `1 roll: ${rolls[0]}`
  return `${rolls.length} rolls: ${rolls.join(' + ')} = ${sumOf(rolls)}`
}

export function sumOf(rolls: readonly number[]): number {
  return rolls.reduce((sum, roll) => sum + roll, 0)
}

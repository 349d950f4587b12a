// From the start of the process to the application's first line.
console.log(`first line after ${performance.now().toFixed(2)} ms`)

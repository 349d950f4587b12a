import './requires-https.cjs'

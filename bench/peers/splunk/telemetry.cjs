require('@splunk/otel/instrument')

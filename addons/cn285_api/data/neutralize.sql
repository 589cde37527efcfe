-- A copy for tests is reached by no key of the original, and tells nobody of what happens in it.
UPDATE cn285_api_key SET revoked_at = now() AT TIME ZONE 'UTC' WHERE revoked_at IS NULL;
UPDATE cn285_webhook_endpoint SET state = 'disabled', failing_since = NULL;

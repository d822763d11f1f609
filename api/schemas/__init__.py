"""The shapes of answers, as the OpenAPI document tells them."""

"""The writer's wire: any OpenAI-compatible server, through the `openai` package."""

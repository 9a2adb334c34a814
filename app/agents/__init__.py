"""The loop between a model and the tools, and the offline coach that needs no model."""

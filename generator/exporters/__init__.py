"""Exporters: a Document of the model, or what is known of it, written down in another format. All are pure."""

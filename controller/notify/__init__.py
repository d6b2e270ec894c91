"""Channels: render() is pure, send() is not; one file a channel."""

"""The language server: findings in the buffers of an editor. The only importer of pygls."""

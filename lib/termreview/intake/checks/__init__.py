"""The declared checks applied to answers: findings, their causes, and the decisions on them."""

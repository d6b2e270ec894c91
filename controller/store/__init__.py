"""PostgreSQL through Piccolo and asyncpg; rows never leave this folder, values do."""

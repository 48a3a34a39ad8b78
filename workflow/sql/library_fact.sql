-- Notes a fact that concerns the library; one noted already stays.
INSERT INTO workflow_library_fact (position) VALUES ($1) ON CONFLICT (position) DO NOTHING

"""Entries of the audit trail are never changed, and deleted with their project only (docs/adr/0015)."""

from django.db import migrations

# A project's rows are deleted before the project, in its transaction: whether it goes is seen at the end.
APPEND_ONLY = """
CREATE FUNCTION annotation_refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND OLD.project_id IS NOT NULL
        AND NOT EXISTS (SELECT 1 FROM annotation_project p WHERE p.id = OLD.project_id)
    THEN
        RETURN NULL;
    END IF;
    RAISE EXCEPTION 'Entry % of the audit trail cannot be %.', OLD.id,
        CASE TG_OP WHEN 'DELETE' THEN 'deleted' ELSE 'changed' END USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER audit_entries_stay_as_they_are BEFORE UPDATE ON annotation_auditentry
    FOR EACH ROW EXECUTE FUNCTION annotation_refuse_audit_change();
CREATE CONSTRAINT TRIGGER audit_entries_go_with_their_project AFTER DELETE ON annotation_auditentry
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION annotation_refuse_audit_change();
"""
EDITABLE = """
DROP TRIGGER audit_entries_stay_as_they_are ON annotation_auditentry;
DROP TRIGGER audit_entries_go_with_their_project ON annotation_auditentry;
DROP FUNCTION annotation_refuse_audit_change();
"""


class Migration(migrations.Migration):

    dependencies = [("annotation", "0001_initial")]

    operations = [migrations.RunSQL(APPEND_ONLY, EDITABLE)]

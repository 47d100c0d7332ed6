import { FieldEntry } from "./FieldEntry";
import { shown, withValue, type Content, type Field, type Form } from "./content";

interface FormRendererProps {
  form: Form;
  content: Content;
  change: (next: Content) => void;
}

/** Any form the server sends, as fields to fill in. */
export function FormRenderer({ form, content, change }: FormRendererProps) {
  return (
    <>
      {form.sections.map((section, i) => (
        <section key={section.title} className="card form-section" aria-labelledby={`section-${i}`}>
          <h2 id={`section-${i}`}>{section.title}</h2>
          {section.help === undefined || section.help === "" ? null : <p className="tell">{section.help}</p>}
          <Level at="" fields={section.fields} level={content} change={change} />
        </section>
      ))}
    </>
  );
}

interface LevelProps {
  /** What stands before the names of this level in a path: "" or "qualifications[1]." */
  at: string;
  fields: readonly Field[];
  level: Content;
  change: (next: Content) => void;
}

/** The fields of one level, those whose condition holds. */
export function Level({ at, fields, level, change }: LevelProps) {
  return (
    <div className="form-grid">
      {fields
        .filter((f) => shown(f, level))
        .map((field) => (
          <FieldEntry
            key={field.name}
            path={at + field.name}
            field={field}
            value={level[field.name]}
            change={(value) => {
              change(withValue(level, field.name, value));
            }}
          />
        ))}
    </div>
  );
}

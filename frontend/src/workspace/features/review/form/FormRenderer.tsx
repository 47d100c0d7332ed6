import { FieldEntry } from "./FieldEntry";
import { shown, withValue, type Content, type Field, type Form } from "./content";

/** Changes come as functions of what stands there then: an upload may end long after it began. */
export type Update<T> = (next: (old: T) => T) => void;

interface FormRendererProps {
  form: Form;
  content: Content;
  change: Update<Content>;
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
  change: Update<Content>;
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
            update={(next) => {
              change((old) => withValue(old, field.name, next(old[field.name])));
            }}
          />
        ))}
    </div>
  );
}
